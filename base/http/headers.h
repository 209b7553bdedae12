// Headers: the field lines of one message, in order, as views into memory that outlives them (an
// Arena, a literal). Names keep the spelling they came in; they are compared without case (RFC 9110
// section 5.1). `Name` marks the few fields that the program itself looks at, so that finding them
// is a comparison of bytes.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/async/frame_pool.h"

namespace vaettir::http {

// Fields we act upon; everything else is kOther. Spelled in headers.cpp in one table.
enum class Name : std::uint8_t {
  kOther,
  kHost,
  kConnection,
  kContentLength,
  kContentType,
  kTransferEncoding,
  kTe,
  kTrailer,
  kUpgrade,
  kExpect,
  kDate,
  kServer,
  kKeepAlive,
  kProxyConnection,
  kProxyAuthenticate,
  kProxyAuthorization,
  kAuthorization,
  kCookie,
  kSetCookie,
  kLocation,
  kOrigin,
  kAccept,
  kAcceptEncoding,
  kContentEncoding,
  kUserAgent,
  kReferer,
  kForwarded,
  kXForwardedFor,
  kXForwardedHost,
  kXForwardedPort,
  kXForwardedProto,
  kXForwardedServer,
  kXForwardedPrefix,
  kXRealIp,
  kCdnLoop,
  kVia,
  kProxyStatus,
  kRetryAfter,
  kCacheControl,
  kVary,
  kAllow,
  kTraceparent,
  kXRequestId,
  kSecWebsocketKey,
  kSecWebsocketVersion,
  kSecWebsocketAccept,
  kSecWebsocketProtocol,
  kSecWebsocketExtensions,
  kHttp2Settings,
};
Name name_of(std::string_view field_name);  // without case
std::string_view spelling(Name name);       // "Content-Length"; empty for kOther

// RFC 9110 section 5.1: a token. Section 5.5: no control byte but HTAB. For values that come from
// people or workflows: what is parsed from the wire was checked there.
bool is_field_name(std::string_view text);
bool is_field_value(std::string_view text);

struct Field {
  std::string_view name;
  std::string_view value;  // without surrounding OWS
  Name id = Name::kOther;
};

// Standard allocator over the thread's free lists: a message in the steady state costs no heap.
template <class T>
struct PoolAllocator {
  using value_type = T;
  PoolAllocator() = default;
  template <class U>
  PoolAllocator(const PoolAllocator<U>&) {}  // NOLINT: allocators convert
  T* allocate(std::size_t count) {
    return static_cast<T*>(vaettir::detail::frame_pool.take(count * sizeof(T)));
  }
  void deallocate(T* memory, std::size_t count) {
    vaettir::detail::frame_pool.give(memory, count * sizeof(T));
  }
  friend bool operator==(PoolAllocator, PoolAllocator) { return true; }
};

class Headers {
 public:
  // A usual browser's head without growing.
  void reserve(std::size_t fields = 24) { fields_.reserve(fields); }
  void add(std::string_view name, std::string_view value) {
    fields_.push_back({name, value, name_of(name)});
  }
  void add(Name name, std::string_view value) { fields_.push_back({spelling(name), value, name}); }
  void add(const Field& field) { fields_.push_back(field); }
  // Replaces all fields of that name by one, in the place of the first.
  void set(Name name, std::string_view value);
  void set(std::string_view name, std::string_view value);
  void remove(Name name);
  void remove(std::string_view name);
  // All fields for which `unwanted(field)` holds, in one pass.
  template <class Predicate>
  void remove_if(Predicate unwanted) {
    std::erase_if(fields_, unwanted);
  }

  // The first value; nullopt where there is none.
  std::optional<std::string_view> find(Name name) const;
  std::optional<std::string_view> find(std::string_view name) const;
  bool has(Name name) const { return find(name).has_value(); }
  std::size_t count(Name name) const;
  // Does a comma-separated list in any field of that name hold the token (without case)?
  bool lists(Name name, std::string_view token) const;

  std::span<const Field> fields() const { return fields_; }
  std::span<Field> fields() { return fields_; }
  std::size_t size() const { return fields_.size(); }
  bool empty() const { return fields_.empty(); }
  void clear() {
    fields_.clear();
  }  // keeps the capacity: an exchange is used again for the next request of its connection

 private:
  std::vector<Field, PoolAllocator<Field>> fields_;
};

}  // namespace vaettir::http
