"""Session folders: manifest, samples, marks, results."""
