"""The kinds of file that scanners and people deliver: what they are, whether they are whole, their pages' pixels."""
