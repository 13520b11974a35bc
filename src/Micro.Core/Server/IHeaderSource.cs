namespace Micro.Server;

/// <summary>Headers of a request as the transport holds them: bytes until a handler asks.</summary>
internal interface IHeaderSource
{
    CallMetadata ReadMetadata();
}
