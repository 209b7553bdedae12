// The registered phrases of status codes (RFC 9110 section 15).
#pragma once
#include <cstdint>
#include <string_view>

namespace vaettir::http {

// "Not Found"; empty for codes without one.
std::string_view reason_phrase(std::uint16_t status);

}  // namespace vaettir::http
