"""Store a figure with at most 128 colours: a third of the bytes, and nothing that an eye can see.

A chart has a few colours and the shades at their edges. With a palette it is one byte a pixel,
before compression. The colours of areas and lines stay; rare shades at edges go to their nearest.

What it does not do: touch a picture that is partly transparent, or one that has a palette.
"""

import base64
import io

from PIL import Image

MOST = 128  # colours in the palette of a PNG


def with_palette(png: str) -> str:
    """A PNG, base64 as notebooks keep it, with a palette; the same picture gives the same text.

    >>> picture = io.BytesIO()
    >>> Image.linear_gradient("L").convert("RGB").save(picture, "PNG")
    >>> small = with_palette(base64.b64encode(picture.getvalue()).decode())
    >>> Image.open(io.BytesIO(base64.b64decode(small))).mode
    'P'
    >>> with_palette(small) == small
    True
    """
    picture = Image.open(io.BytesIO(base64.b64decode(png)))
    if picture.mode == "P" or picture.convert("RGBA").getextrema()[3] != (255, 255):
        return png
    cut, plain = Image.Quantize.MEDIANCUT, Image.Dither.NONE
    small = picture.convert("RGB").quantize(MOST, method=cut, dither=plain)
    stored = io.BytesIO()
    small.save(stored, "PNG", optimize=True, dpi=picture.info.get("dpi"))
    return base64.b64encode(stored.getvalue()).decode()
