// How JavaScript writes and measures values: what expressions, Set and conditions share. Pure
// functions.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/core/json.h"

namespace vaettir::engine {

// String(value): "undefined", "null", arrays joined by commas, "[object Object]".
std::string javascript_text(const json::Value& value);
// What a value adds to text around it: `v || v === 0 || v === false ? v : ''` as a string, so that
// null, undefined, "" and NaN add nothing (facts: text joining of {{ }}).
void append_joined(std::string& out, const json::Value& value);
// Boolean(value).
bool is_truthy(const json::Value& value);
// Number(value) of JavaScript; NaN where it is none.
double javascript_number(const json::Value& value);
// "string", "number", "array", "object", "boolean", "null", "undefined": for messages.
std::string_view type_name(const json::Value& value);
// A value as it may appear in an error: one line, cut where it is long.
std::string shown(const json::Value& value);
std::string shown_text(std::string_view text);

// toLowerCase of the Latin, Greek and Cyrillic letters.
std::string lower_text(std::string_view text);
// UTF-16 code units of a text in UTF-8, and one of them as a text (nullopt: beyond the end).
std::size_t utf16_length(std::string_view text);
std::optional<std::string> utf16_unit(std::string_view text, std::size_t index);

}  // namespace vaettir::engine
