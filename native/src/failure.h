#pragma once

#include <exception>
#include <string>
#include <utility>

#include "mirrored_torch.h"

namespace mirrored {

// Carries a status and its words to the C boundary.
class Failure : public std::exception {
public:
    Failure(mirrored_status status, std::string message) : status(status), message(std::move(message)) {}
    const char* what() const noexcept override { return message.c_str(); }

    const mirrored_status status;
    const std::string message;
};

Failure invalid(std::string message);
Failure unavailable(std::string message);
Failure internal(std::string message);

// libtorch's own words for what went wrong, without its stack traces.
std::string words_of(const std::exception& exception);

bool is_out_of_memory(const std::string& words);

void write_text(mirrored_text* text, const std::string& value) noexcept;

// Status and words of the exception in flight. Never throws.
mirrored_status report_current_exception(mirrored_text* error) noexcept;

template <class Body>
mirrored_status guarded(mirrored_text* error, Body&& body) noexcept {
    try {
        body();
        return MIRRORED_OK;
    } catch (...) {
        return report_current_exception(error);
    }
}

}  // namespace mirrored
