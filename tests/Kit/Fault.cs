namespace MirroredInfluence.Testing;

/// <summary>What can go wrong between a client and a store.</summary>
public enum Fault
{
    None,

    /// <summary>The answer comes late.</summary>
    Delay,

    /// <summary>The request never arrives; the connection breaks.</summary>
    DropRequest,

    /// <summary>The request is carried out; its answer never arrives.</summary>
    DropAnswer,

    /// <summary>The answer breaks off in the middle.</summary>
    Truncate,

    /// <summary>The request arrives twice; the second answer is given.</summary>
    Duplicate,

    /// <summary>A refusal that the store never gave.</summary>
    Status500,

    Status503,

    /// <summary>A condition is said not to hold, though it does or there was none.</summary>
    Status412,
}
