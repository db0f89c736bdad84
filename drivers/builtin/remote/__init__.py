"""What drivers have in common whose work somebody else does, who is sent requests and answers them."""
