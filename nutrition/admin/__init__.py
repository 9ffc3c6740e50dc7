from nutrition.admin import meals, supplements

__all__ = ["meals", "supplements"]
