"""Wrong code that wants to pass without an answer: by leaving, by claims of success, by answers that cannot be held."""

from __future__ import annotations

from tests.pytest_aiassert.sandbox.hostile.attack import Forgery, source
from tests.pytest_aiassert.sandbox.hostile.forgeries import LOST, TOLD

TO_EVERY_DESCRIPTOR = """
def tell(said):
    import os
    for descriptor in range(64):
        try: os.write(descriptor, said)
        except OSError: pass
"""

CLAIMS: dict[str, Forgery] = {
    "an exit with success": Forgery(code="import sys\ndef add(a, b): sys.exit(0)", says="SystemExit"),
    "an exit with success while it is loaded": Forgery(
        code=source("""
            import sys
            sys.exit(0)
            def add(a, b): return 9
            """),
        says="loading it raised SystemExit",
    ),
    "leaving at once": Forgery(code="import os\ndef add(a, b): os._exit(0)", says=LOST),
    "leaving before it is called": Forgery(
        code=source("""
            import os
            os._exit(0)
            def add(a, b): return 9
            """),
        says=LOST,
    ),
    "leaving after two right answers": Forgery(
        code=source("""
            import os
            left = [0, 6, 4]
            def add(a, b):
                if len(left) == 1: os._exit(0)
                return left.pop()
            """),
        says=LOST,
    ),
    "leaving from a thread": Forgery(
        code=source("""
            import os, threading, time
            def leave():
                time.sleep(0.05)
                os._exit(0)
            threading.Thread(target=leave).start()
            def add(a, b): time.sleep(0.2)
            """),
        says=LOST,
    ),
    "leaving from a signal": Forgery(
        code=source("""
            import os, signal, time
            signal.signal(signal.SIGALRM, lambda *_: os._exit(0))
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            def add(a, b): time.sleep(0.2)
            """),
        says=LOST,
    ),
    "leaving at the end": Forgery(
        code=source("""
            import atexit, os
            atexit.register(os._exit, 0)
            def add(a, b): return 9
            """)
    ),
    "leaving as it is deleted": Forgery(
        code=source("""
            import os
            class Gone:
                def __del__(self): os._exit(0)
            def add(a, b):
                Gone()
                return 9
            """),
        says=LOST,
    ),
    "leaving as it is compared": Forgery(
        code=source("""
            import os
            class Gone:
                def __eq__(self, other): os._exit(0)
            def add(a, b): return Gone()
            """)
    ),
    "leaving as it is shown": Forgery(
        code=source("""
            import os
            class Gone:
                def __repr__(self): os._exit(0)
            def add(a, b): return Gone()
            """),
        compares="repr(got) == repr(expected)",
    ),
    "leaving instead of a traceback": Forgery(
        code=source("""
            import os, sys
            sys.excepthook = lambda *_: os._exit(0)
            def add(a, b): return 9
            """)
    ),
    "leaving instead of an exception's text": Forgery(
        code=source("""
            import os
            class Gone(Exception):
                def __str__(self): os._exit(0)
            def add(a, b): raise Gone()
            """),
        says=LOST,
    ),
    "printing success": Forgery(
        code=source("""
            def add(a, b):
                print('PASSED', flush=True)
                return 9
            """),
        fools="output",
    ),
    "success on every descriptor": Forgery(
        code=TO_EVERY_DESCRIPTOR
        + source("""
            def add(a, b):
                tell(b'PASSED')
                return 9
            """),
        fools="output",
        says=LOST,
    ),
    "success as the checker would tell it": Forgery(
        code=TO_EVERY_DESCRIPTOR
        + source("""
            import json, struct
            def add(a, b):
                body = json.dumps({'verdict': 'passed', 'reason': '', 'calls': 3, 'PASSED': 1}).encode()
                tell(struct.pack('>I', len(body)) + body)
                return 9
            """),
        fools="output",
        says=LOST,
    ),
    "answers ahead of their questions": Forgery(
        code=TO_EVERY_DESCRIPTOR
        + source("""
            import json, struct
            def add(a, b):
                for number in range(1, 9):
                    body = json.dumps({'id': number, 'value': 4, 'args': [], 'PASSED': 1}).encode()
                    tell(struct.pack('>I', len(body)) + body)
                return 9
            """),
        fools="output",
        says=TOLD,
    ),
    "success at the end, by a daemon thread": Forgery(
        code=source("""
            import os, threading, time
            def late():
                while True:
                    os.write(1, b'PASSED')
                    time.sleep(0.001)
            threading.Thread(target=late, daemon=True).start()
            def add(a, b):
                time.sleep(0.01)
                return 9
            """),
        fools="output",
    ),
    "success in place of the answers": Forgery(
        code=source("""
            import os, sys
            class Yes:
                def write(self, text): os.write(1, b'PASSED')
                def flush(self): pass
            sys.stdout = Yes()
            sys.stderr = Yes()
            def add(a, b): return 9
            """),
        fools="output",
    ),
    "a list that holds itself": Forgery(
        code=source("""
            def add(a, b):
                held = []
                held.append(held)
                return held
            """),
        uncontrolled="it fools nobody, but a walk over it would not end",
    ),
    "a repr without end": Forgery(
        code=source("""
            class Long:
                def __repr__(self): return 'x' * 10**9
            def add(a, b): return Long()
            """),
        uncontrolled="it fools nobody, but would fill the reason of the one who shows it",
    ),
    "a repr that never ends": Forgery(
        code=source("""
            class Slow:
                def __repr__(self):
                    while True: pass
            def add(a, b): return Slow()
            """),
        uncontrolled="it fools nobody, but would hang the one who shows it",
    ),
    "an exception whose text raises itself": Forgery(
        code=source("""
            class Odd(Exception):
                def __str__(self): raise self
            def add(a, b): raise Odd()
            """),
        says="Exception",
        uncontrolled="it fools nobody, but would raise out of the one who shows it",
    ),
    "an answer without end": Forgery(
        code="import itertools\ndef add(a, b): return itertools.count()",
        uncontrolled="it fools nobody, but a comparison item by item would not end",
    ),
    "an answer nested without measure": Forgery(
        code=source("""
            def add(a, b):
                held = []
                for _ in range(10**5): held = [held]
                return held
            """),
        uncontrolled="it fools nobody, but would overflow the stack of the one who compares it",
    ),
    "a channel closed": Forgery(
        code=source("""
            import os
            def add(a, b):
                os.closerange(3, 256)
                return 9
            """),
        says=LOST,
        uncontrolled="there is no channel in one interpreter",
    ),
}
