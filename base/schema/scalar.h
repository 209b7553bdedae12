// What the text of a scalar is, and how much of its line it covers. Inside base/schema only.
#pragma once
#include <string_view>
#include <vector>

#include "base/schema/node.h"

namespace vaettir::schema {

// The core schema of YAML 1.2 (section 10.3.2) for a plain scalar.
Node::Kind core_kind(std::string_view text);

// The lines of one source, for measuring. Borrows the report's text.
class SourceLines {
 public:
  SourceLines(const Report& report, SourceId source);
  std::string_view line(std::uint32_t number) const;  // from 1; "" beyond the end
  // Sets width and text_column of a scalar whose start is known.
  void measure(Node& scalar) const;

 private:
  std::vector<std::string_view> lines_;
};

}  // namespace vaettir::schema
