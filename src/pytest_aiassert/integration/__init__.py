"""Everything that knows pytest, but for the plugin itself: trials, fixtures, settings, outputs."""
