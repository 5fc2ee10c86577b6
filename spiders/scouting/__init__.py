"""What a person does before an outlet is declared, and after: look, declare, freeze."""
