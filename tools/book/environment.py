"""The environment in which a chapter runs, and every test: threads, instruction set, no network.

It stands alone, because it must be set before torch is imported, and quickly.
"""

from pathlib import Path

ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "PYTHONSTARTUP": str(Path(__file__).with_name("quiet.py")),  # no progress bars
    "TOKENIZERS_PARALLELISM": "false",
    "JUPYTER_PREFER_ENV_PATH": "1",  # the kernel of this environment, not the user's
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "2",
    "GOMP_SPINCOUNT": "1000",  # waiting threads soon sleep: two programs do not choke each other
    "MKL_NUM_THREADS": "2",
    "MKL_CBWR": "AVX2",
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
}
