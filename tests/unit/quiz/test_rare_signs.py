"""Signs of names and places that GB 2312 does not have, in files as programs of the country write them."""

import pytest

from services.quiz import files

# In GBK, in the older four bytes of GB 18030, and beyond the basic plane.
RARE = ("朱镕基", "赵喆", "㐂", "𠮷野")


@pytest.mark.parametrize("sign", RARE)
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
def test_a_rare_sign_comes_through_in_every_encoding(sign, encoding):
    content = f"题型,题干,答案\n判断题,{sign}是人名,对\n".encode(encoding)

    (row,) = files.read(content).rows

    assert row.rejected == []
    assert row.content.stem == f"{sign}是人名"
