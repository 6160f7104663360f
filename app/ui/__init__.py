"""The window: everything that touches Gradio, but for the evaluation's own tab."""
