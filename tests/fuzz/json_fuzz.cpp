// Any bytes: parse either refuses them with a place, or gives a value that survives being written.
// Both parsers must agree.
#include "base/core/json.h"
#include "base/core/json_parts.h"
#include "base/core/text.h"

namespace json = vaettir::json;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  vaettir::Result<json::Value> value = json::parse(text);
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  vaettir::Result<json::Value> careful = json::detail::parse_carefully(text);
  CHECK(value.has_value() == careful.has_value());
  if (!value) {
    CHECK(value.error().text().starts_with("line "));
    return 0;
  }
  CHECK(*value == *careful);
  for (int indent : {0, 2}) {
    std::string written = json::to_text(*value, indent);
    CHECK(vaettir::is_valid_utf8(written));
    CHECK(written == json::to_text(*careful, indent));
    vaettir::Result<json::Value> again = json::parse(written);
    CHECK(again.has_value());
    CHECK(json::to_text(*again, indent) == written);
  }
  return 0;
}
