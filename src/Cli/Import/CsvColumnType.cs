using System.Buffers;
using System.Globalization;

namespace MirroredInfluence.Cli.Import;

/// <summary>
/// What every value seen so far allows a CSV column to be: int64, else float64, else text. <c>007</c> and integers that int64 cannot
/// hold are text, so that ids keep their form. An empty value is null in a column of numbers and empty text in a column of text.
/// </summary>
internal struct CsvColumnType()
{
    private static readonly SearchValues<byte> IntegerBytes = SearchValues.Create("-0123456789"u8);

    private bool _canBeInteger = true;
    private bool _canBeNumber = true;
    private bool _hasValue;

    public bool HasEmpty { get; private set; }

    /// <summary>Null for text.</summary>
    public readonly ElementType? Dtype => !_hasValue || !_canBeNumber ? null : _canBeInteger ? ElementType.Int64 : ElementType.Float64;

    public void Include(ReadOnlySpan<byte> field)
    {
        var value = field.Trim((byte)' ');
        if (value.IsEmpty)
        {
            HasEmpty = true;
            return;
        }

        _hasValue = true;
        if (_canBeInteger && !TryParseInteger(value, out _))
            _canBeInteger = false;
        if (_canBeNumber && !_canBeInteger && !TryParseNumber(value, out _))
            _canBeNumber = false;
    }

    public static bool TryParseInteger(ReadOnlySpan<byte> value, out long integer)
    {
        var digits = value.StartsWith("-"u8) ? value[1..] : value;
        integer = 0;
        return (digits.Length == 1 || !digits.StartsWith("0"u8))
            && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out integer);
    }

    public static bool TryParseNumber(ReadOnlySpan<byte> value, out double number)
    {
        const NumberStyles styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        number = 0;
        var isInteger = !value.ContainsAnyExcept(IntegerBytes);
        return (!isInteger || TryParseInteger(value, out _)) && double.TryParse(value, styles, CultureInfo.InvariantCulture, out number);
    }
}
