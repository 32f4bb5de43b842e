"""Small things that paint themselves: each is handed plain values."""
