// Paths into JSON values as lodash reads them ("a.b[0]['c d']"), for parameters and for field names
// with dots. Pure functions; values are immutable, so setting gives a new value that shares the
// rest.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/core/json.h"

namespace vaettir::engine {

std::vector<std::string> path_segments(std::string_view path);
// One step: an element by its index, else a member by its name; undefined where there is none.
const json::Value& member_at(const json::Value& value, const std::string& segment);
// A member that is named like the whole path comes before the path into it.
json::Value value_at(const json::Value& root, std::string_view path);
// Makes objects on the way, and arrays where the next segment is an index and nothing is there yet.
// An index far beyond the end of an array makes a member of an object instead.
json::Value with_value_at(const json::Value& root, std::string_view path, json::Value value);
json::Value without_value_at(const json::Value& root, std::string_view path);

}  // namespace vaettir::engine
