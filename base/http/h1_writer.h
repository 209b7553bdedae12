// Heads of HTTP/1.1 messages as bytes. Every message is written anew from its fields: nothing that
// a peer sent is ever forwarded raw. Framing and connection fields are decided by the connection,
// not taken from the Headers. The caller gives the memory: size_of() first, then write().
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/http/h1_parser.h"
#include "base/http/headers.h"

namespace vaettir::http {

struct ResponseLines {
  std::uint16_t status = 200;
  const Headers* headers = nullptr;
  Framing framing;              // kNone and kUntilClose: no field
  std::string_view connection;  // value of Connection; empty: no field
  std::string_view date;        // written where the headers have none; empty: never
  std::string_view server;      // the same
  // Values that are not ours to trust (a workflow's): fields that would break the message are
  // left out. What a peer sent was checked by the parser.
  bool check_fields = false;
};

struct RequestLines {
  std::string_view method;
  std::string_view target;
  const Headers* headers = nullptr;
  Framing framing;
  std::string_view upgrade;  // protocol asked for; empty: none
};

// At least the bytes that write() needs.
std::size_t size_of(const ResponseLines& lines);
std::size_t size_of(const RequestLines& lines);
// Return the end of what was written.
char* write(char* at, const ResponseLines& lines);
char* write(char* at, const RequestLines& lines);
// May this request be written as it is? False where method, target or a field would break it.
bool is_writable(const RequestLines& lines);

// Field lines alone, with the empty line: a trailer section, an interim response.
std::size_t size_of(const Headers& fields);
char* write(char* at, const Headers& fields);
char* put(char* at, std::string_view text);

}  // namespace vaettir::http
