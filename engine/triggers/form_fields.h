// application/x-www-form-urlencoded text and query strings, as the qs library of the Node world
// reads them: a=1&a=2 is a list, a[b]=1 nests, a[]=1 and a[0]=1 make lists. Pure.
#pragma once
#include <cstddef>
#include <string_view>

#include "base/core/json.h"
#include "base/core/result.h"

namespace vaettir::engine {

struct FormLimits {
  // More is an attack on whoever walks the result; people's forms have a few dozen.
  std::size_t fields = 1000;
  // What lies deeper stays as text in the last key, as qs does it.
  std::size_t depth = 32;
  // A higher index makes an object: a[1000000]=x must not make a million elements.
  std::size_t highest_index = 100;
};
// Those of a query string are narrower (Express with the extended parser).
inline constexpr FormLimits kQueryLimits{.fields = 1000, .depth = 5, .highest_index = 20};

// An object, always. Broken percent escapes stay as they are. Errors: bad_request above
// `limits.fields`.
Result<json::Value> parse_form_fields(std::string_view text, const FormLimits& limits = {});

}  // namespace vaettir::engine
