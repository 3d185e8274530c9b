package profile
