"""A checkout of nothing, in a temporary folder."""

from pathlib import Path

import pytest

from config.bootstrap.layout import Layout


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(root=tmp_path, var=tmp_path / "var")
    layout.make()
    return layout
