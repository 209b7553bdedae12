// multipart/form-data (RFC 7578): the parts of a whole body. Pure; the parts are views into it.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"

namespace vaettir::engine {

struct FormPart {
  std::string name;
  std::optional<std::string> file_name;  // a file, where present
  std::string content_type;              // empty: not said
  std::string_view content;
};

// The parameter of a header value: "boundary" in `multipart/form-data; boundary="x"`; quotes are
// taken off. nullopt where there is none.
std::optional<std::string> header_parameter(std::string_view value, std::string_view name);

// Errors: bad_request with what is wrong (no boundary, a part without an end, a part without a
// name).
Result<std::vector<FormPart>> parse_multipart(std::string_view content_type, std::string_view body);

}  // namespace vaettir::engine
