#include "engine/nodes/http/form.h"

#include <fmt/format.h>

#include "base/core/text.h"
#include "engine/expressions/text_value.h"

namespace vaettir::engine {
namespace {

void append(std::string& out, const std::string& name, const json::Value& value,
            ArrayFormat arrays) {
  if (value.is_undefined()) return;
  if (value.is_object()) {
    for (const json::Member& member : value.members()) {
      append(out, fmt::format("{}[{}]", name, member.key()), member.value, arrays);
    }
    return;
  }
  if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      const bool indexed = arrays == ArrayFormat::kIndices;
      const std::string inner = arrays == ArrayFormat::kRepeat
                                    ? name
                                    : fmt::format("{}[{}]", name, indexed ? std::to_string(i) : "");
      append(out, inner, value[i], arrays);
    }
    return;
  }
  if (!out.empty()) out += '&';
  out += percent_encode(name) + "=";
  if (!value.is_null()) out += percent_encode(javascript_text(value));
}

// A quote or line break would end the name early.
std::string quoted_name(std::string_view name) {
  std::string out;
  for (char c : name) {
    if (c == '"') {
      out += "%22";
    } else if (c == '\r') {
      out += "%0D";
    } else if (c == '\n') {
      out += "%0A";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string form_text(const json::Value& object, ArrayFormat arrays) {
  std::string out;
  if (!object.is_object()) return out;
  for (const json::Member& member : object.members()) {
    append(out, std::string(member.key()), member.value, arrays);
  }
  return out;
}

std::string multipart_text(const std::vector<std::pair<std::string, std::string>>& parts,
                           std::string_view boundary) {
  std::string out;
  for (const auto& [name, value] : parts) {
    out += fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{}\r\n",
                       boundary, quoted_name(name), value);
  }
  return out + fmt::format("--{}--\r\n", boundary);
}

}  // namespace vaettir::engine
