"""What people see: a folder a page. The only package that imports Streamlit."""
