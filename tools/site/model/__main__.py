"""Export the model of the page *Try it*.

    python -m tools.site.model [--only NAME ...] [--lay FOLDER]

Trains the models of `recipe.toml` that are not in `_build/try` yet (about a minute each on two
cores), writes what each moved beside them, and says how large the files are. With --lay it then
lays all that the page loads into FOLDER; with --no-training only what is there already.
"""

import argparse
from pathlib import Path

from ltp_core.model.backbone import load_backbone

from . import movement, recipe
from .lay import about, lay

ROOT = Path(__file__).resolve().parents[3]
BUILD = ROOT / "_build" / "try"


def export(names: list[str], folder: Path = BUILD, *, training: bool = True) -> list[Path]:
    """The movement files of these models; what is lacking is trained."""
    settings, lm, files = recipe.read(), None, []
    for name in names:
        own = settings["models"][name]
        levels = own.get("levels", 256)
        kept = f"{recipe.mark(settings, name)}-{levels}"
        path = folder / "stored" / kept / f"{name}.safetensors"
        if not path.exists() and training:
            lm = lm or load_backbone()
            model = recipe.trained(lm, settings, name, folder)
            told = {"name": name, "method": own["method"], "density": own.get("density")}
            movement.store(path, model, lm.model, levels, **told)
        if path.exists():
            files.append(path)
    return files


def main() -> None:
    """Read the arguments."""
    names = list(recipe.read()["models"])
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", nargs="*", choices=names, default=names, metavar="NAME")
    parser.add_argument("--lay", type=Path, metavar="FOLDER")
    parser.add_argument("--no-training", dest="training", action="store_false")
    args = parser.parse_args()
    files = export(args.only, training=args.training)
    for path in files:
        print(f"{path.stem}: {about(path)['bytes']:,} bytes")
    if args.lay:
        lay(args.lay, files)


if __name__ == "__main__":
    main()
