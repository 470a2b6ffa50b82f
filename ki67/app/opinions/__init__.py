"""What people say of a picture, and when they had seen what: blind reviews, second opinions, agreement."""
