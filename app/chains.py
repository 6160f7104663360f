"""Sangho's retrieval as a LangChain retriever, for chains of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.query import NO_FILTERS, Filters

if TYPE_CHECKING:
    from langchain_core.callbacks import CallbackManagerForRetrieverRun
    from langchain_core.documents import Document as LangChainDocument
    from langchain_core.retrievers import BaseRetriever

    from app.pipeline import Pipeline


def as_langchain_retriever(pipeline: Pipeline, k: int = 10, filters: Filters = NO_FILTERS) -> BaseRetriever:
    """Return a `BaseRetriever` over whatever the pipeline has indexed.

    Each document it returns has the passage's own words as `page_content`, its `passage_id` as `id`, and as
    metadata `doc_id`, `title`, `date`, `paragraphs` (first, last) and `score` (higher is better).

    Args:
        pipeline: answers the queries; stays open as long as the retriever is used.
        k: how many passages at most.
        filters: what is excluded.
    """
    from langchain_core.documents import Document as LangChainDocument
    from langchain_core.retrievers import BaseRetriever

    class SanghoRetriever(BaseRetriever):
        """Passages of the sources, best first."""

        def _get_relevant_documents(
            self, query: str, *, run_manager: CallbackManagerForRetrieverRun
        ) -> list[LangChainDocument]:
            return [
                LangChainDocument(id=found.passage_id, page_content=found.text, metadata=_metadata(found))
                for found in pipeline.search(query, k, filters=filters)
            ]

    return SanghoRetriever()


def _metadata(found: Any) -> dict[str, Any]:
    return {name: getattr(found, name) for name in ("doc_id", "title", "date", "paragraphs", "score")}
