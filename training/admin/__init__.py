from training.admin import logs, others

__all__ = ["logs", "others"]
