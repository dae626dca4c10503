"""Which hosts are model APIs: traffic to them is never let through by accident."""

from __future__ import annotations

import re
from typing import Final

MODEL_HOSTS: Final = (
    "api.openai.com",
    "*.api.openai.com",
    "*.openai.azure.com",
    "*.services.ai.azure.com",
    "*.models.ai.azure.com",
    "models.github.ai",
    "models.inference.ai.azure.com",
    "api.anthropic.com",
    "generativelanguage.googleapis.com",
    "aiplatform.googleapis.com",
    "*-aiplatform.googleapis.com",
    "*.aiplatform.googleapis.com",
    "api.mistral.ai",
    "codestral.mistral.ai",
    "api.cohere.ai",
    "api.cohere.com",
    "api.groq.com",
    "api.together.xyz",
    "api.together.ai",
    "openrouter.ai",
    "api.deepseek.com",
    "api.x.ai",
    "api.perplexity.ai",
    "api.fireworks.ai",
    "api.cerebras.ai",
    "api.sambanova.ai",
    "api.deepinfra.com",
    "api.replicate.com",
    "api.ai21.com",
    "api.voyageai.com",
    "api.jina.ai",
    "api.moonshot.ai",
    "api.moonshot.cn",
    "api.minimax.io",
    "dashscope.aliyuncs.com",
    "dashscope-intl.aliyuncs.com",
    "open.bigmodel.cn",
    "integrate.api.nvidia.com",
    "api.inference.huggingface.co",
    "api-inference.huggingface.co",
    "router.huggingface.co",
    "*.endpoints.huggingface.cloud",
    "bedrock-runtime.*.amazonaws.com",
    "bedrock-runtime-fips.*.amazonaws.com",
    "bedrock-agent-runtime.*.amazonaws.com",
    "bedrock-mantle.*.api.aws",
    "*.githubcopilot.com",
    "ai-gateway.vercel.sh",
    "gateway.ai.cloudflare.com",
    "api.z.ai",
    "api.stepfun.com",
    "ark.*.volces.com",
    "api.siliconflow.cn",
    "api.siliconflow.com",
    "api.novita.ai",
    "api.hyperbolic.xyz",
    "api.studio.nebius.com",
    "api.tokenfactory.nebius.com",
    "inference.baseten.co",
    "api.scaleway.ai",
    "api.reka.ai",
    "api.upstage.ai",
    "api.writer.com",
    "api.lambda.ai",
    "api.nlpcloud.io",
    "api.stability.ai",
    "api.elevenlabs.io",
    "api.deepgram.com",
    "api.assemblyai.com",
    "ollama.com",
)
"""Host names; `*` stands for any letters of a name, dots included."""

_KNOWN: Final = re.compile("|".join(re.escape(host).replace(r"\*", "[a-z0-9.-]+") for host in MODEL_HOSTS))


def is_model_host(host: str) -> bool:
    """Whether a host name belongs to a model API."""
    return _KNOWN.fullmatch(host.rstrip(".").lower()) is not None
