namespace System.IO.Hashing;

/// <summary>The one type of the package that the Azure SDK refers to: the base class of its own CRC-64.</summary>
public abstract class NonCryptographicHashAlgorithm(int hashLengthInBytes)
{
    public int HashLengthInBytes { get; } = hashLengthInBytes;

    public abstract void Append(ReadOnlySpan<byte> source);

    public abstract void Reset();

    protected abstract void GetCurrentHashCore(Span<byte> destination);

    protected virtual void GetHashAndResetCore(Span<byte> destination)
    {
        GetCurrentHashCore(destination);
        Reset();
    }

    public void Append(byte[] source) => Append(new ReadOnlySpan<byte>(source));

    public byte[] GetCurrentHash()
    {
        var hash = new byte[HashLengthInBytes];
        GetCurrentHashCore(hash);
        return hash;
    }

    public int GetCurrentHash(Span<byte> destination)
    {
        GetCurrentHashCore(destination[..HashLengthInBytes]);
        return HashLengthInBytes;
    }

    public byte[] GetHashAndReset()
    {
        var hash = new byte[HashLengthInBytes];
        GetHashAndResetCore(hash);
        return hash;
    }
}
