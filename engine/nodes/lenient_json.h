// JSON as people write it into a field: single quotes, names without quotes, commas too many, line
// breaks inside texts (a template filled in with someone's words). Pure function.
#pragma once
#include <string_view>

#include "base/core/json.h"
#include "base/core/result.h"

namespace vaettir::engine {

// Valid JSON gives what json::parse gives. Errors: bad_request, "line L column C: what is wrong".
Result<json::Value> parse_lenient_json(std::string_view text);

}  // namespace vaettir::engine
