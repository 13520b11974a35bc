namespace Micro;

/// <summary>Headers of a request as the transport holds them: bytes until a handler asks.</summary>
internal interface IHeaderSource
{
    CallMetadata ReadMetadata();

    /// <summary>One header by its name, of any case; <see langword="null"/> if there is none. Repeated ones are joined by commas.</summary>
    string? ReadHeader(string name);
}
