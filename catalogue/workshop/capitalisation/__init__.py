"""Lessons of experience, in the layout of Cerema: sections in safe Markdown, typed indicators, syntheses."""
