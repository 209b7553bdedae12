// Values as forms and query strings write them: application/x-www-form-urlencoded with nested names
// (a[b]=1), multipart/form-data. Pure functions.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/core/json.h"

namespace vaettir::engine {

enum class ArrayFormat : std::uint8_t { kIndices, kBrackets, kRepeat };  // a[0]=, a[]=, a=

// The members of an object; undefined ones are left out, null is empty.
std::string form_text(const json::Value& object, ArrayFormat arrays);

// RFC 7578; the boundary must not occur in the parts.
std::string multipart_text(const std::vector<std::pair<std::string, std::string>>& parts,
                           std::string_view boundary);

}  // namespace vaettir::engine
