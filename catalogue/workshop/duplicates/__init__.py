"""Records that are one thing twice: found, judged, merged, and put back as they were."""
