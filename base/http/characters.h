// Character classes of HTTP and the scans that the parser's speed rests on. Pure, inline.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace vaettir::http {

enum CharacterClass : std::uint8_t {
  kTokenChar = 1,   // RFC 9110 section 5.6.2: methods, field names
  kTargetChar = 2,  // visible ASCII but '#': more than RFC 3986 allows, as browsers send it
  kHexChar = 4,
  kHostChar = 8,  // names and IPv4 addresses as they occur: letters, digits, "-._~"
};

namespace detail {
consteval std::array<std::uint8_t, 256> character_table() {
  std::array<std::uint8_t, 256> table{};
  const auto mark = [&](std::string_view characters, std::uint8_t classes) {
    for (char c : characters) table[static_cast<unsigned char>(c)] |= classes;
  };
  for (unsigned c = 0x21; c <= 0x7e; c++) table[c] |= kTargetChar;
  table['#'] &= static_cast<std::uint8_t>(~kTargetChar);
  mark("0123456789", kTokenChar | kHexChar | kHostChar);
  mark("abcdefABCDEF", kHexChar);
  mark("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", kTokenChar | kHostChar);
  mark("!#$%&'*+-.^_`|~", kTokenChar);
  mark("-._~", kHostChar);
  return table;
}
inline constexpr std::array<std::uint8_t, 256> kCharacters = character_table();
}  // namespace detail

inline bool is(char c, CharacterClass wanted) {
  return (detail::kCharacters[static_cast<unsigned char>(c)] & wanted) != 0;
}
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

inline const char* skip(CharacterClass wanted, const char* at, const char* end) {
  while (at != end && is(*at, wanted)) at++;
  return at;
}

inline bool is_token(std::string_view text) {
  const char* end = text.data() + text.size();
  return !text.empty() && skip(kTokenChar, text.data(), end) == end;
}

// The first byte that a field value may not hold (a control byte other than HTAB, or DEL), or end.
inline const char* first_control(const char* at, const char* end) {
#if defined(__SSE2__)
  const __m128i space = _mm_set1_epi8(0x20);
  const __m128i tab = _mm_set1_epi8('\t');
  const __m128i del = _mm_set1_epi8(0x7f);
  for (; end - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i printable = _mm_cmpeq_epi8(_mm_max_epu8(bytes, space), bytes);
    const __m128i good = _mm_andnot_si128(_mm_cmpeq_epi8(bytes, del),
                                          _mm_or_si128(printable, _mm_cmpeq_epi8(bytes, tab)));
    const unsigned bad = static_cast<unsigned>(_mm_movemask_epi8(good)) ^ 0xffffu;
    if (bad != 0) return at + __builtin_ctz(bad);
  }
#endif
  for (; at != end; at++) {
    const auto c = static_cast<unsigned char>(*at);
    if ((c < 0x20 && c != '\t') || c == 0x7f) return at;
  }
  return end;
}

// The first byte that a request-target may not hold, or end.
inline const char* first_not_target(const char* at, const char* end) {
#if defined(__SSE2__)
  const __m128i first = _mm_set1_epi8(0x21);
  const __m128i last = _mm_set1_epi8(0x7e);
  const __m128i hash = _mm_set1_epi8('#');
  for (; end - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i inside = _mm_and_si128(_mm_cmpeq_epi8(_mm_max_epu8(bytes, first), bytes),
                                         _mm_cmpeq_epi8(_mm_min_epu8(bytes, last), bytes));
    const __m128i good = _mm_andnot_si128(_mm_cmpeq_epi8(bytes, hash), inside);
    const unsigned bad = static_cast<unsigned>(_mm_movemask_epi8(good)) ^ 0xffffu;
    if (bad != 0) return at + __builtin_ctz(bad);
  }
#endif
  return skip(kTargetChar, at, end);
}

}  // namespace vaettir::http
