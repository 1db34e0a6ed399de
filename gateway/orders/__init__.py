"""Where orders come from: shops' systems call, are asked, or send files; each order is recorded once."""
