"""How is the payment gateway called? Its own library, unmodified, behind the ports of the application."""
