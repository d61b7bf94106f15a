namespace MirroredInfluence;

/// <summary>What a caller can do about a failure. A kind exists only because callers act differently on it.</summary>
public enum FailureKind
{
    /// <summary>The request is wrong: a spec, an option, a model that does not fit. Change it and run again. Exit code 2.</summary>
    Invalid,

    /// <summary>The data are wrong: a truncated file, too many unscorable rows, a part that was tampered with. Exit code 3.</summary>
    Data,

    /// <summary>Something outside did not answer: disk full, store unreachable, device lost. Running again goes on. Exit code 4.</summary>
    Unavailable,

    /// <summary>A broken invariant of this program. Please report it. Exit code 70.</summary>
    Internal,
}
