// Result<T>: a value or an Error, by value. Errors on every path a client can reach are values;
// exceptions are for bugs and for libraries that throw, and stop at the border of the file that
// calls the library.
#pragma once
#include <cassert>
#include <cstdio>
#include <cstdlib>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/core/cause.h"

namespace vaettir {

// 16 bytes: the cause every caller branches on, and one pointer to the text nobody branches on.
// The text is for the log and the operator: lower case, no full stop, names place and value, never
// a secret.
class [[nodiscard]] Error {
 public:
  explicit Error(Cause cause) : cause_(cause) {}
  Error(Cause cause, std::string text)
      : text_(std::make_unique<std::string>(std::move(text))), cause_(cause) {}

  // "outer: text": what was being done when it failed.
  Error because(std::string_view outer) && {
    text_ = std::make_unique<std::string>(std::string(outer) + ": " + std::string(text()));
    return std::move(*this);
  }
  Error copy() const { return text_ ? Error(cause_, *text_) : Error(cause_); }

  Cause cause() const { return cause_; }
  Side side() const { return facts(cause_).side; }
  bool may_retry() const { return facts(cause_).retry; }
  // The particular text, or the cause's sentence where there is none.
  std::string_view text() const {
    return text_ ? std::string_view(*text_) : facts(cause_).sentence;
  }

 private:
  std::unique_ptr<std::string> text_;
  Cause cause_;
};
static_assert(sizeof(Error) == 16);

template <class T = void>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Cause cause) { return std::unexpected(Error(cause)); }
inline std::unexpected<Error> fail(Cause cause, std::string text) {
  return std::unexpected(Error(cause, std::move(text)));
}

}  // namespace vaettir

// Unwrap or return. TRY(auto x, f()); in functions, CO_TRY(auto x, co_await f()); in coroutines;
// TRY_OK / CO_TRY_OK where there is no value to keep.
#define VAETTIR_CAT_(a, b) a##b
#define VAETTIR_CAT(a, b) VAETTIR_CAT_(a, b)
#define VAETTIR_TRY_(ret, tmp, decl, ...)                \
  auto tmp = __VA_ARGS__;                                \
  if (!tmp) ret std::unexpected(std::move(tmp).error()); \
  decl = *std::move(tmp)
#define TRY(decl, ...) VAETTIR_TRY_(return, VAETTIR_CAT(try_, __COUNTER__), decl, __VA_ARGS__)
#define CO_TRY(decl, ...) VAETTIR_TRY_(co_return, VAETTIR_CAT(try_, __COUNTER__), decl, __VA_ARGS__)
#define TRY_OK(...) \
  if (auto checked = __VA_ARGS__; !checked) return std::unexpected(std::move(checked).error())
#define CO_TRY_OK(...) \
  if (auto checked = __VA_ARGS__; !checked) co_return std::unexpected(std::move(checked).error())

// An invariant that is always checked; never for input.
#define CHECK(condition)                                                                     \
  do {                                                                                       \
    if (!(condition)) [[unlikely]] {                                                         \
      std::fprintf(stderr, "%s:%d: broken invariant: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                          \
    }                                                                                        \
  } while (0)
