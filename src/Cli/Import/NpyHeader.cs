using System.Collections.Immutable;
using System.Globalization;

namespace MirroredInfluence.Cli.Import;

/// <summary>
/// The header of an npy file: a Python dictionary literal such as
/// <c>{'descr': '&lt;f4', 'fortran_order': False, 'shape': (60000, 28, 28), }</c>. Only that much of Python is read.
/// </summary>
internal sealed record NpyHeader
{
    /// <summary>Byte order, kind and size: <c>&lt;f4</c>.</summary>
    public required string Descr { get; init; }

    public required bool IsFortranOrder { get; init; }

    public required ImmutableArray<long> Shape { get; init; }

    /// <exception cref="FormatException">Not such a dictionary; the message says where it stops being one.</exception>
    public static NpyHeader Parse(string text)
    {
        var cursor = new Cursor(text);
        string? descr = null;
        bool? isFortranOrder = null;
        ImmutableArray<long>? shape = null;

        cursor.Expect('{');
        while (!cursor.TryTake('}'))
        {
            var key = cursor.TakeString();
            cursor.Expect(':');
            switch (key)
            {
                case "descr":
                    descr = cursor.TakeString();
                    break;
                case "fortran_order":
                    isFortranOrder = cursor.TakeBoolean();
                    break;
                case "shape":
                    shape = cursor.TakeTuple();
                    break;
                default:
                    throw new FormatException($"unknown key '{key}'");
            }

            if (!cursor.TryTake(','))
            {
                cursor.Expect('}');
                break;
            }
        }

        return new NpyHeader
        {
            Descr = descr ?? throw new FormatException("no 'descr'"),
            IsFortranOrder = isFortranOrder ?? throw new FormatException("no 'fortran_order'"),
            Shape = shape ?? throw new FormatException("no 'shape'"),
        };
    }

    private ref struct Cursor(string text)
    {
        private ReadOnlySpan<char> rest = text;

        public bool TryTake(char expected)
        {
            rest = rest.TrimStart();
            if (rest.IsEmpty || rest[0] != expected)
                return false;
            rest = rest[1..];
            return true;
        }

        public void Expect(char expected)
        {
            if (!TryTake(expected))
                throw Unexpected($"'{expected}'");
        }

        public string TakeString()
        {
            if (TryTake('['))
                throw new FormatException("a structured dtype; save each of its fields as an array of its own");
            Expect('\'');
            var end = rest.IndexOf('\'');
            if (end < 0)
                throw Unexpected("a closing quote");
            var value = rest[..end].ToString();
            rest = rest[(end + 1)..];
            return value;
        }

        public bool TakeBoolean()
        {
            rest = rest.TrimStart();
            foreach (var (word, value) in ((string, bool)[])[("True", true), ("False", false)])
            {
                if (rest.StartsWith(word, StringComparison.Ordinal))
                {
                    rest = rest[word.Length..];
                    return value;
                }
            }

            throw Unexpected("True or False");
        }

        public ImmutableArray<long> TakeTuple()
        {
            var sizes = ImmutableArray.CreateBuilder<long>();
            Expect('(');
            while (!TryTake(')'))
            {
                sizes.Add(TakeInteger());
                if (!TryTake(','))
                {
                    Expect(')');
                    break;
                }
            }

            return sizes.ToImmutable();
        }

        private long TakeInteger()
        {
            rest = rest.TrimStart();
            var end = rest.IndexOfAnyExceptInRange('0', '9') is var other and >= 0 ? other : rest.Length;
            if (!long.TryParse(rest[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
                throw Unexpected("a size");
            rest = rest[end..];
            return value;
        }

        private readonly FormatException Unexpected(string expected) =>
            new($"expected {expected}, found '{(rest.Length > 20 ? rest[..20] : rest)}'");
    }
}
