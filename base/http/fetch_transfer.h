// FetchTransfer: one fetch of http::FetchClient: the request as libcurl's options, the response as
// it comes, libcurl's error as one of our causes. Lives in the fetch's task; destroying it takes
// the transfer out of the multi handle, which ends it.
#pragma once
#include <curl/curl.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/async/event.h"
#include "base/http/client.h"

namespace vaettir::http {

// What a transfer needs of its client.
class FetchDriver {
 public:
  virtual CURLM* handle() = 0;
  virtual bool may_connect(const net::Address& address) = 0;

 protected:
  ~FetchDriver() = default;
};

class FetchTransfer {
 public:
  FetchTransfer(FetchDriver& driver, Loop& loop, FetchRequest request);
  ~FetchTransfer();
  FetchTransfer(const FetchTransfer&) = delete;
  FetchTransfer& operator=(const FetchTransfer&) = delete;

  // Errors: bad_request.
  Result<> start();
  // libcurl has done its part; wakes the task.
  void end(CURLcode code);
  Event& ended() { return ended_; }
  Result<FetchResult> take();

 private:
  Result<> set_headers();
  void set_method();
  void set_connection();
  template <class T>
  void set(CURLoption option, T value) {
    const CURLcode code = curl_easy_setopt(easy_, option, value);
    if (code != CURLE_OK && setting_ == CURLE_OK) setting_ = code;
  }
  void take_header(std::string_view line);
  Error error() const;
  Cause connect_cause() const;
  Cause timeout_cause() const;

  static std::size_t on_body(char* bytes, std::size_t one, std::size_t count, void* self);
  static std::size_t on_header(char* bytes, std::size_t one, std::size_t count, void* self);
  static curl_socket_t on_open(void* self, curlsocktype purpose, curl_sockaddr* address);

  FetchDriver& driver_;
  FetchRequest request_;
  FetchResult result_;
  Event ended_;
  CURL* easy_;
  curl_slist* headers_ = nullptr;
  CURLcode setting_ = CURLE_OK;
  CURLcode code_ = CURLE_OK;
  bool added_ = false;
  bool too_large_ = false;
  bool blocked_ = false;
  char reason_[CURL_ERROR_SIZE] = {};
};

}  // namespace vaettir::http
