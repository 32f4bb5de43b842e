"""Parts of a page: each draws one part of a view and sends nothing but signals."""
