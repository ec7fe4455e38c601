"""What experience teaches, as Cerema writes it: sections in safe Markdown, typed indicators, syntheses."""
