"""Images that members send: kept, judged, shown to whom they are for, erased."""
