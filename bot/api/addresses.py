"""What may stand in an address in place of a number: anything an import takes, slashes and line breaks too."""

from starlette.convertors import StringConvertor, register_url_convertor


class _Number(StringConvertor):
    regex = r"[\s\S]+"


class _Rest(StringConvertor):
    regex = r"[\s\S]*"


NUMBER, REST = "number:a_number", "path:the_rest"
"""Parts of a route's address: the number of a member or a parcel, and whatever no route is for."""

register_url_convertor("a_number", _Number())
register_url_convertor("the_rest", _Rest())
