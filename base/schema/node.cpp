#include "base/schema/node.h"

#include "base/core/text.h"

namespace vaettir::schema {

std::string_view Node::kind_name() const {
  switch (kind) {
    case Kind::kNull:
      return "nothing";
    case Kind::kBoolean:
      return "true or false";
    case Kind::kInteger:
    case Kind::kNumber:
      return "a number";
    case Kind::kString:
      return "text";
    case Kind::kSequence:
      return "a list";
    case Kind::kMapping:
      return "a mapping";
  }
  return "";
}

const Entry* Node::find(std::string_view key) const {
  for (const Entry& each : entries) {
    if (equal_ignoring_case(each.key, key)) return &each;
  }
  return nullptr;
}

Location Node::within(std::size_t offset, std::size_t width) const {
  if (text_column == 0) return at;
  Location inside = at;
  inside.column = text_column + static_cast<std::uint32_t>(offset);
  inside.width = static_cast<std::uint32_t>(std::max<std::size_t>(1, width));
  return inside;
}

}  // namespace vaettir::schema
