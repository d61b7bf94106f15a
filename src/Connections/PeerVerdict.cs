namespace MirroredInfluence.Connections;

/// <summary>What a server makes of a client's certificate. It says so in the first byte after the handshake, so that a client learns why it was sent away.</summary>
internal enum PeerVerdict : byte
{
    Welcome = 1,
    NoCertificate = 2,
    OtherAuthority = 3,
    NotValidNow = 4,
    OtherUse = 5,
    Unfit = 6,
}
