namespace MirroredInfluence.Arrow;

/// <summary>The two encapsulations of Arrow IPC. Found by content, never by extension.</summary>
public enum ArrowFormat
{
    /// <summary>Starts and ends with <c>ARROW1</c>; a footer lists the record batches.</summary>
    File,

    /// <summary>A schema message and then batches, one after the other: what Hugging Face writes.</summary>
    Stream,
}
