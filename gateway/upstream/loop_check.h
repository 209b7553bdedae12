// Has this request been here before? (CDN-Loop, RFC 8586.) Pure.
#pragma once
#include <string_view>

#include "base/http/headers.h"

namespace vaettir::gateway {

// Does CDN-Loop hold our name, with or without parameters?
bool came_round(const http::Headers& headers, std::string_view our_name);

}  // namespace vaettir::gateway
