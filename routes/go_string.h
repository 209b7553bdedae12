// String literals of the Go language, which Traefik's rules are written with (Go specification,
// "String literals").
#pragma once
#include <string>
#include <string_view>

namespace vaettir::routes {

struct GoString {
  std::string value;
  std::size_t size = 0;      // of the literal, quotes included
  std::string_view problem;  // empty if it is well formed
  std::size_t problem_at = 0;
};
// The literal at the beginning of `text`, which begins with '`' or '"'.
GoString read_go_string(std::string_view text);

}  // namespace vaettir::routes
