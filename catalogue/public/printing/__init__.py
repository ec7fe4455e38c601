"""Records on paper: tagged PDF files with their static maps, their sources and the numbers of their pages."""
