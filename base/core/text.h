// Text and byte helpers that more than one folder needs. Pure functions on string_view; ASCII rules
// unless said.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vaettir {

// ASCII, independent of the locale.
char lower(char c);
std::string lower(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);
// Without spaces and tabs at both ends (OWS of RFC 9110 section 5.6.3).
std::string_view trim(std::string_view text);
// "a, b,c" -> each element trimmed; empty elements are left out (RFC 9110 section 5.6.1).
std::vector<std::string_view> split_list(std::string_view text, char separator = ',');
// All of the text is one decimal integer; nullopt otherwise or when out of range.
std::optional<std::int64_t> parse_integer(std::string_view text);
std::optional<std::uint64_t> parse_unsigned(std::string_view text);

// Levenshtein distance, and the candidate that is close enough to be meant ("did you mean"), if
// any.
std::size_t edit_distance(std::string_view a, std::string_view b);
std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> candidates);

// "%41%2f" -> "A/" ; nullopt on a broken escape. Plus signs stay.
std::optional<std::string> percent_decode(std::string_view text);
// Everything but unreserved characters of RFC 3986 section 2.3 (and `keep`) is escaped.
std::string percent_encode(std::string_view text, std::string_view keep = "");
// "<" -> "&lt;" and so on, for text and attribute values of HTML.
std::string html_escape(std::string_view text);
bool is_valid_utf8(std::string_view text);
std::string to_hex(std::string_view bytes);
std::string base64_encode(std::string_view bytes);     // RFC 4648 section 4, padded
std::string base64url_encode(std::string_view bytes);  // RFC 4648 section 5, without padding
std::optional<std::string> base64_decode(
    std::string_view text);  // both alphabets, padding optional

}  // namespace vaettir
